// Security headers for everything static.
function handler(event) {
  const response = event.response;
  response.headers["strict-transport-security"] = { value: "max-age=63072000; includeSubDomains" };
  response.headers["x-content-type-options"] = { value: "nosniff" };
  response.headers["x-frame-options"] = { value: "DENY" };
  return response;
}
