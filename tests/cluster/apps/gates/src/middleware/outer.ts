import { NotImplemented, Response, type NextHandler, type Request } from 'jitar';

export default {
    async handle(request: Request, next: NextHandler): Promise<Response> {
        switch (request.getHeader('x-do')) {
            case 'answer': return new Response(203, 'from the gate');
            case 'throw': throw new NotImplemented('the gate is closed');
            case 'nothing': return undefined as unknown as Response;
            case 'unknown': request.setArgument('extra', 1); break;
            case 'long': request.setArgument('*user', { name: 'x'.repeat(10_000) }); break;
            case 'pass': return await next();
        }
        request.setHeader('x-order', 'outer');
        const response = await next();
        if (request.getHeader('x-do') === 'look') response.result = response.result;
        if (request.getHeader('x-do') === 'redirect') response.setHeader('Location', '/elsewhere');
        if (request.getHeader('x-do') === 'illegal') response.setHeader('x-bad', 'a\r\nb: c');
        response.appendHeader('set-cookie', 'a=1');

        return response;
    },
};
