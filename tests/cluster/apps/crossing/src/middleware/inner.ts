import type { NextHandler, Request, Response } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        request.setHeader('x-order', `${request.getHeader('x-order')},inner`);
        const response = await next();
        response.result = `inner(${response.result})`;
        response.appendHeader('set-cookie', 'b=2');
        response.setHeader('x-order', String(request.getHeader('x-order')));

        return response;
    },
};
