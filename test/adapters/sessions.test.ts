import { sessionsContract } from "./sessions.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

sessionsContract("memory", memoryStorage);
sessionsContract("D1", d1Storage);
