import { BadRequest, Forbidden, NotFound, NotImplemented, PaymentRequired, ServerError, Teapot, Unauthorized } from 'jitar';

const CLASSES = { BadRequest, Forbidden, NotFound, NotImplemented, PaymentRequired, ServerError, Teapot, Unauthorized };

export default async function failByStatus(name: keyof typeof CLASSES): Promise<never> {
    throw new CLASSES[name](`this is ${name}`);
}
