import { signingKeysContract } from "./signing-keys.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

signingKeysContract("memory", memoryStorage);
signingKeysContract("D1", d1Storage);
