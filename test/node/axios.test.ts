import { setTimeout as wait } from "node:timers/promises";
import realAxios, { type AxiosInstance } from "axios";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DevServer, START_SECONDS, startDevServer } from "./dev-server.ts";

// The client that dyzo's documentation gives its users, with the real axios, against `wrangler dev`: the one place where a
// test waits, for tokens that live three seconds.

const ACCESS_TTL_SECONDS = 3;

const ADA = {
  email: "ada@example.com",
  password: "correct horse battery",
  full_name: "Ada Lovelace",
  organization_name: "Analytical Engines",
};

/** What the documentation's interceptors keep between requests. */
class LocalStorage {
  readonly #items = new Map<string, string>();

  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    this.#items.set(name, value);
  }
}

/** The documented interceptors, line by line. */
function documentedClient(baseURL: string, localStorage: LocalStorage): AxiosInstance {
  const axios = realAxios.create({ baseURL });
  axios.interceptors.response.use((response) => {
    const newAccessToken = response.headers["x-new-access-token"];
    const newRefreshToken = response.headers["x-new-refresh-token"];
    if (newAccessToken) localStorage.setItem("access_token", newAccessToken);
    if (newRefreshToken) localStorage.setItem("refresh_token", newRefreshToken);
    if (newAccessToken) {
      const originalRequest = response.config;
      originalRequest.headers.Authorization = `Bearer ${newAccessToken}`;
      if (newRefreshToken) {
        originalRequest.headers["X-Refresh-Token"] = newRefreshToken;
      } else {
        const existingRefreshToken = localStorage.getItem("refresh_token");
        if (existingRefreshToken) originalRequest.headers["X-Refresh-Token"] = existingRefreshToken;
      }
      return axios(originalRequest);
    }
    return response;
  });
  axios.interceptors.request.use((config) => {
    const accessToken = localStorage.getItem("access_token");
    const refreshToken = localStorage.getItem("refresh_token");
    if (accessToken) config.headers.Authorization = `Bearer ${accessToken}`;
    if (refreshToken) config.headers["X-Refresh-Token"] = refreshToken;
    return config;
  });
  return axios;
}

describe("dyzo's documented axios client", () => {
  let server: DevServer;
  let storage: LocalStorage;
  let client: AxiosInstance;
  let keys: string;

  beforeAll(
    async () => {
      server = await startDevServer(["--var", `ACCESS_TOKEN_TTL_SECONDS:${ACCESS_TTL_SECONDS}`]);
      await realAxios.post(`http://localhost:${server.port}/v1/auth/register`, ADA);
    },
    (START_SECONDS + 10) * 1000,
  );
  afterAll(() => server.remove());

  beforeEach(async () => {
    storage = new LocalStorage();
    client = documentedClient(`http://localhost:${server.port}`, storage);
    const { data } = await client.post("/login/", { email: ADA.email, password: ADA.password });
    storage.setItem("access_token", data.access_token);
    storage.setItem("refresh_token", data.refresh_token);
    keys = `/api-keys/${data.employee._id}/`;
  });

  /** Until the access token at hand has expired. */
  async function expiry(): Promise<void> {
    const [, payload = ""] = (storage.getItem("access_token") ?? "").split(".");
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp: number };
    await wait(exp * 1_000 - Date.now() + 50);
  }

  const namesOf = async () => {
    const { data } = await client.get(keys);
    return data.api_keys.map(({ name }: { name: string }) => name);
  };

  it("a POST after the token's end makes one thing, not two", async () => {
    await expiry();
    const before = storage.getItem("refresh_token");
    const { status, data } = await client.post(keys, { name: "Production Key" });
    expect([status, data.status, data.api_key.name]).toEqual([200, 1, "Production Key"]);
    expect(storage.getItem("refresh_token")).not.toBe(before);
    expect(await namesOf()).toEqual(["Production Key"]);
  });

  it("five parallel GETs after the token's end all succeed, and the session lives on", async () => {
    for (let round = 0; round < 2; round++) {
      await expiry();
      const before = storage.getItem("refresh_token");
      const answers = await Promise.all(Array.from({ length: 5 }, () => client.get(keys)));
      expect(answers.map(({ status, data }) => [status, data.status])).toEqual(Array(5).fill([200, 1]));
      expect(storage.getItem("refresh_token")).not.toBe(before);
    }
  });
});
