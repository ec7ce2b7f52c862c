import { describeDeparture } from '../support/client-departure';
import { describeRenewal } from '../support/client-renewal';

describeDeparture('bearer');
describeRenewal('bearer');
