import type { NextHandler, Request, Response } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        if (request.getHeader('x-do') === 'pass') return await next();
        const name = request.getHeader('x-user');
        if (name !== undefined) request.setArgument('*user', { name, since: new Date(0) });
        if (request.getHeader('x-do') === 'look') request.setArgument('value', request.getArgument('value'));
        const order = `${request.getHeader('x-order')},inner`;
        const response = await next();
        response.appendHeader('set-cookie', 'b=2');
        response.setHeader('x-order', order);

        return response;
    },
};
