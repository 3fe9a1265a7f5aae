import { organizationsContract } from "./organizations.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

organizationsContract("memory", memoryStorage);
organizationsContract("D1", d1Storage);
