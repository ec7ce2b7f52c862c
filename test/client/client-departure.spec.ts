import { describeDeparture } from '../support/client-departure';

// The same in bearer mode is in the slow suite.
describeDeparture('cookie');
