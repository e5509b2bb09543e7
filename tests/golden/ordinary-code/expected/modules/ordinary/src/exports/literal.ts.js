export default {
    value: 'object'
};
