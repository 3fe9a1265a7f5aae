import { secondFactorsContract } from "./second-factors.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

secondFactorsContract("memory", memoryStorage);
secondFactorsContract("D1", d1Storage);
