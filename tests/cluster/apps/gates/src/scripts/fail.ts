console.info('step: fail');
throw new Error('there is no store');
