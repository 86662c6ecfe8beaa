using Steering.Analysis.Statistics;

namespace Steering.Cli.Demo;

/// <summary>One dial, measured.</summary>
/// <param name="Name">Name of the policy.</param>
/// <param name="Prompts">Which replies were asked for, in words.</param>
/// <param name="Counts">What is counted, in words.</param>
/// <param name="Unsteered">Without the policy.</param>
/// <param name="Steered">With it, on the same prompts with the same draws.</param>
/// <param name="Difference">95 % interval of steered − unsteered, bootstrapped over prompts.</param>
/// <param name="Random">The same push on random features instead.</param>
/// <param name="Prompted">Without the policy, but told to be polite; null where that is no alternative.</param>
/// <param name="WellFormedBefore">Well-formed replies without the policy.</param>
/// <param name="WellFormedAfter">With it.</param>
/// <param name="Examples">The first prompts with both replies.</param>
internal sealed record DemoResult(
    string Name,
    string Prompts,
    string Counts,
    RateEstimate Unsteered,
    RateEstimate Steered,
    Interval Difference,
    RateEstimate Random,
    RateEstimate? Prompted,
    RateEstimate WellFormedBefore,
    RateEstimate WellFormedAfter,
    IReadOnlyList<DemoExample> Examples);

/// <summary>A prompt with two replies drawn alike.</summary>
/// <param name="User">What the user said last.</param>
/// <param name="Unsteered">The reply without the policy.</param>
/// <param name="Steered">The reply with it.</param>
internal sealed record DemoExample(string User, string Unsteered, string Steered);
