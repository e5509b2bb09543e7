import { Unauthorized } from 'jitar';
import type { NextHandler, Request, Response } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        const user = request.getHeader('x-user');

        if (user === 'blocked') {
            throw new Unauthorized('this user is blocked');
        }

        if (user !== undefined) {
            request.setArgument('*requester', user);
        }

        return await next();
    },
};
