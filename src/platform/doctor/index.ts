export { Doctor, DoctorCheck, type DoctorCheckProvider, type TopicFinding } from './doctor';
export { DoctorModule } from './doctor.module';
export {
  faultFinding,
  type Finding,
  type FindingLevel,
  okFinding,
  warningFinding,
  warningIf,
  worstLevel,
} from './finding';
