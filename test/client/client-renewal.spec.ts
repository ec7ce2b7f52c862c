import { describeRenewal } from '../support/client-renewal';

// The same in bearer mode is in the slow suite.
describeRenewal('cookie');
