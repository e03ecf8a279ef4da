/** As notebooks address the front-door, through the socket of their account: the audience of their identity. */
export const WORKBENCH_AUDIENCE = 'http://127.0.0.1:4567';

/** The unit of Studio's organisation that tenants' accounts are made in, as Service Catalog takes it. */
export const WORKBENCH_UNIT = 'Workbenches (ou-ate1-workbnch)';
