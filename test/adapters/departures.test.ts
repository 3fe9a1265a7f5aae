import { departuresContract } from "./departures.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

departuresContract("memory", memoryStorage);
departuresContract("D1", d1Storage);
