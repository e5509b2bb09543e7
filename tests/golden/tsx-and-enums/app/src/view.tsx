import { Colour, Size } from './Colour';
import { Row } from './Row';

export async function page(name: string): Promise<string> {
    return (
        <>
            <h1>{name}</h1>
            <Row label="total" amount={2} />
        </>
    );
}

export async function paint(colour: number): Promise<unknown> {
    return [Colour[colour], Colour.Green, Size.Large, colour satisfies number, colour as unknown, colour!];
}
