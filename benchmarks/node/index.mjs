// What the examples of Lambda@Edge do: generate a static response in Node.
const response = {
  status: "503",
  statusDescription: "Service Unavailable",
  headers: {
    "cache-control": [{ key: "Cache-Control", value: "no-store" }],
    "content-type": [{ key: "Content-Type", value: "text/html; charset=utf-8" }],
    "retry-after": [{ key: "Retry-After", value: "300" }],
  },
  body: "<!doctype html><title>Back soon</title><h1>We will be right back</h1>",
};

export const handler = async () => response;
