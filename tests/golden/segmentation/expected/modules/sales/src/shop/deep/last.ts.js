const prefix = 'open';
export const open = async ({ day: { name: [first, ...others] }, until = prefix })=>[
        first,
        others,
        until
    ];
