import { membersContract } from "./members.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

membersContract("memory", memoryStorage);
membersContract("D1", d1Storage);
