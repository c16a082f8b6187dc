'use strict';

const COOKIE = 'seen';

/*
 * The old shop has moved; its visitors keep the path.
 * Everyone else gets a header for the origin.
 */
const handler = (event) => {
    const request = event.request;
    if (request.uri.startsWith('/old/')) {
        return {
            statusCode: 301,
            statusDescription: 'Moved Permanently',
            headers: { location: { value: `https://shop.example${request.uri.slice(4)}` } },
        };
    }
    request.headers['x-seen'] = { value: request.cookies[COOKIE] ? 'yes' : 'no' };
    return request;
};
