import cf from 'cloudfront';
import crypto from 'crypto';

// An A/B test: a visitor stays in the group that the address decides.
async function handler(event) {
    const request = event.request;
    const cookie = request.cookies.group;
    const digest = crypto.createHash('sha256').update(event.viewer.ip).digest('hex');
    const group = cookie ? cookie.value : parseInt(digest[0], 16) < 8 ? 'a' : 'b';
    request.headers['x-group'] = { value: group };
    request.headers['x-edge'] = { value: typeof cf };
    return request;
}
