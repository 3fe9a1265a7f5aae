import { mailedLinksContract } from "./mailed-links.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

mailedLinksContract("memory", memoryStorage);
mailedLinksContract("D1", d1Storage);
