import { Networks } from '../../contracts/networks.js';
import { createMailConnections } from '../../email/mail-connections.js';

/** This machine, where the tests' mail servers are. */
export const loopback = new Networks(['127.0.0.0/8', '::1']);

export const testMail = createMailConnections(loopback);
