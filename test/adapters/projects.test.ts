import { projectsContract } from "./projects.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

projectsContract("memory", memoryStorage);
projectsContract("D1", d1Storage);
