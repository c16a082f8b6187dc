// The API answers only what came through this function: it tells the origin so in a header.
// A caller who brings that header along is turned away.
async function handler(event) {
  const request = event.request;
  if (request.headers["x-shop-door"]) {
    return { statusCode: 400, statusDescription: "Bad Request", body: "x-shop-door is not yours to send\n" };
  }
  request.headers["x-shop-door"] = { value: "edge" };
  return request;
}
