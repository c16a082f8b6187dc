// The API answers only requests that this function has marked with a header.
// It rejects a request that already has the header.
async function handler(event) {
  const request = event.request;
  if (request.headers["x-shop-edge"]) {
    return { statusCode: 400, statusDescription: "Bad Request", body: "x-shop-edge is not yours to send\n" };
  }
  request.headers["x-shop-edge"] = { value: "yes" };
  return request;
}
