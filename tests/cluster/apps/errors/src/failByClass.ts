import { NotFound } from 'jitar';

class BookNotFound extends NotFound {
    constructor(readonly title: string) {
        super(`there is no book '${title}'`);
    }
}

export default async function failByClass(title: string): Promise<never> {
    throw new BookNotFound(title);
}
