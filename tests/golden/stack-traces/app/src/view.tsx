import { first } from './first';

type Props = { name: string };

const element = (tag: (props: Props) => string, props: Props): string => tag(props);

const View = ({ name }: Props): string => {
    throw new Error(name);
};

export async function inJsx() {
    return first(() => (
        <View
            name="x"
        />
    ));
}
