class Greet {
    async handle(request, next) {
        request.setArgument('*greeting', 'welcome');
        const response = await next();
        response.setHeader('x-greeted', request.fqn);
        return response;
    }
}
export default new Greet();
