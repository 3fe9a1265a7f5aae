import { beforeEach, describe, expect, it } from "vitest";
import { emptyStorage, register, startWorld, type World } from "../../world.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

describe("register", () => {
  it("answers 201 with the new admin of a new organization", async () => {
    const answer = await register(world);
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^user_[0-9A-Za-z]{22}$/),
      email: "ada@example.com",
      full_name: "Ada Lovelace",
      organization_id: expect.stringMatching(/^org_[0-9A-Za-z]{22}$/),
      role: "admin",
      created_at: "2026-01-01T00:00:00Z",
    });
  });
});
