import cf from 'cloudfront';

const ROUTES = [
    { prefix: '/docs/', host: 'docs.example' },
    { prefix: '/blog/', host: 'blog.example' },
];

async function handler(event) {
    async function routeOf(uri) {
        const found = ROUTES.filter((each) => uri.startsWith(each.prefix));
        return found[0];
    }

    async function routed(request) {
        const route = await routeOf(request.uri);
        if (!route) {
            return request;
        }
        if (request.headers['x-origin-switch']) {
            cf.updateRequestOrigin({ domainName: route.host });
        }
        request.uri = request.uri.slice(route.prefix.length - 1);
        request.headers['x-forwarded-host'] = { value: route.host };
        return request;
    }

    const answer = await routed(event.request);
    return answer;
}
