import type { ICruiseOptions, IForbiddenRuleType, IResolveOptions } from 'dependency-cruiser'

declare const rules: {
  forbidden: (IForbiddenRuleType & { name: string; comment: string })[]
  options: Omit<ICruiseOptions, 'enhancedResolveOptions'> & { enhancedResolveOptions: Partial<IResolveOptions> }
}
export default rules
