import cf from 'cloudfront';

// CloudFront Function at viewer-request: answers with what the key value store holds.
async function handler(event) {
    const value = await cf.kvs().get('value');
    return {
        statusCode: 200,
        headers: { 'cache-control': { value: 'no-store' } },
        body: { encoding: 'text', data: value },
    };
}
