var crypto = require('crypto');

// SHA-256 of "Basic dXNlcjpwYXNzd29yZA==", user:password.
var EXPECTED = '9c06d532edf0813659ab41d26ab8ba9ca53b985296ee4584a79f34fe9cd743a4';

function digest(text) {
    return crypto.createHash('sha256').update(text).digest('hex');
}

function handler(event) {
    var given = event.request.headers.authorization;
    if (given && digest(given.value) === EXPECTED) {
        return event.request;
    }
    return {
        statusCode: 401,
        statusDescription: 'Unauthorized',
        headers: { 'www-authenticate': { value: 'Basic realm="Staging"' } },
    };
}
