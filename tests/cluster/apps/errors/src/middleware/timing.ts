import type { NextHandler, Request, Response } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        const response = await next();
        response.setHeader('x-procedure', request.fqn);

        return response;
    },
};
