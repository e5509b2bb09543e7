import type { NextHandler, Request, Response } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        const user = request.getHeader('x-user');
        if (user !== undefined) request.setArgument('*user', user);

        return await next();
    },
};
