import { NotImplemented, Response, type NextHandler, type Request } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        switch (request.getHeader('x-do')) {
            case 'answer': return new Response(203, 'from the outside');
            case 'throw': throw new NotImplemented('the outside refuses');
            case 'nothing': return undefined as unknown as Response;
            case 'twice': await next(); break;
            case 'unknown': request.setArgument('extra', 1); break;
            case 'hang': await new Promise(() => {}); break;
        }
        request.setHeader('x-order', 'outer');
        const response = await next();
        response.result = `outer(${response.result})`;
        if (request.getHeader('x-do') === 'redirect') response.setHeader('Location', '/elsewhere');
        if (request.getHeader('x-do') === 'illegal') response.setHeader('x-bad', 'a\r\nb: c');
        response.appendHeader('set-cookie', 'a=1');

        return response;
    },
};
