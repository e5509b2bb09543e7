const prefix = 'open';

export const open = async ({ day: { name: [first, ...others] }, until = prefix }: Opening) => [
    first,
    others,
    until,
];

interface Opening {
    day: { name: string[] };
    until?: string;
}
