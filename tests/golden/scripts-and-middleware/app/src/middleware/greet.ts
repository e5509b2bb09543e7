import type { Middleware, NextHandler, Request, Response } from 'jitar';

class Greet implements Middleware {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        request.setArgument('*greeting', 'welcome');
        const response = await next();
        response.setHeader('x-greeted', request.fqn);

        return response;
    }
}

export default new Greet();
