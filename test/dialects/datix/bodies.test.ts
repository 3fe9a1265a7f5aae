import { beforeEach, expect, it } from "vitest";
import { ADA, emptyStorage, startWorld, type World } from "../../world.ts";
import { expectProblem } from "./problem.ts";

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

const post = (body: BodyInit, type = "application/json") =>
  world.ask("/v1/auth/register", { headers: { "Content-Type": type }, body });

it("what is not JSON is a problem of the body, in our words and none of the input's", async () => {
  const answer = await post('{"password":"hunter2hunter2"');
  const detail = "The body must be JSON with distinct members";
  expectProblem(answer, { status: 400, code: "not_json", detail, field: "body" });
  expect(answer.text).not.toContain("hunter2");
});

it("a body past 64 KiB is 413; one of 64 KiB is read", async () => {
  const filled = (length: number) =>
    JSON.stringify({ ...ADA, more: "" }).replace('"more":""', `"more":"${"x".repeat(length)}"`);
  const room = 64 * 1024 - filled(0).length;
  const detail = "The body is longer than 64 KiB";
  expectProblem(await post(filled(room + 1)), { status: 413, code: "body_too_large", detail, field: "body" });
  expect((await post(filled(room))).status).toBe(201);
});

it("a form is 415", async () => {
  const answer = await post("email=ada%40example.com", "application/x-www-form-urlencoded");
  const detail = "The body must be sent as application/json";
  expectProblem(answer, { status: 415, code: "unsupported_media_type", detail, field: "body" });
});

it("of several fields at fault the first is named", async () => {
  const answer = await post(JSON.stringify({ email: 7, password: 7 }));
  const detail = "email must be a string";
  expectProblem(answer, { status: 400, code: "invalid_input", detail, field: "email" });
});
