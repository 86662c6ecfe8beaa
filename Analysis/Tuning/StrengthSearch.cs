namespace Steering.Analysis.Tuning;

/// <summary>Finds the strength at which a policy reaches a goal, by doubling and bisection.</summary>
public static class StrengthSearch
{
    private const int Bisections = 20;
    private const float First = 1f / 64;
    private const double Tolerance = 0.01;

    /// <summary>Finds a strength.</summary>
    /// <param name="meter">Measures.</param>
    /// <param name="goal">What is to be reached.</param>
    /// <param name="target">The goal's number: nats, nats a token, or a share in (0, 1).</param>
    /// <param name="largest">The largest strength that is tried.</param>
    /// <param name="progress">Told every point that was measured.</param>
    /// <param name="cancellation">Stops between texts.</param>
    /// <returns>The point whose measure is within 1 % of the target, or after twenty bisections the nearest one below it.</returns>
    /// <exception cref="SteeringException">The target is out of range or below what the model has without the policy, or no strength up to the largest reaches it; the message says how far it came.</exception>
    public static StrengthPoint Find(StrengthMeter meter, StrengthGoal goal, double target, float largest = 64, IProgress<StrengthPoint>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(meter);
        Check(meter, goal, target, largest);
        var limit = goal == StrengthGoal.Accuracy ? (1 - target) * meter.Unsteered.Accuracy : target;
        var low = meter.Unsteered;
        StrengthPoint? high = null;
        for (var strength = Math.Min(First, largest); high is null; strength = Math.Min(2 * strength, largest))
        {
            var point = Measure(strength);
            if (Cost(point) >= limit && Cost(point) > 0)
            {
                high = point;
            }
            else if (strength >= largest)
            {
                return goal == StrengthGoal.Accuracy
                    ? point
                    : throw new SteeringException(point.Divergence == 0
                        ? $"At strength {strength} the policy changes nothing on these texts: what it turns is never active in them. Give texts in which it is."
                        : $"At strength {strength} the {Name(goal)} is {Cost(point):G4}; the target {target:G4} is never reached. Ask for less, or allow a larger strength than {largest}.");
            }
            else
            {
                low = point;
            }
        }

        for (var step = 0; step < Bisections && !IsNear(low) && high.Strength - low.Strength > 1e-6f * high.Strength; step++)
        {
            var middle = Measure((low.Strength + high.Strength) / 2);
            (low, high) = Cost(middle) >= limit && !IsNear(middle) ? (low, middle) : (middle, high);
        }

        return low;

        StrengthPoint Measure(float strength)
        {
            var point = meter.At(strength, cancellation);
            progress?.Report(point);
            return point;
        }

        double Cost(StrengthPoint point) => goal switch
        {
            StrengthGoal.Divergence => point.Divergence,
            StrengthGoal.Loss => point.Loss,
            _ => meter.Unsteered.Accuracy - point.Accuracy,
        };

        bool IsNear(StrengthPoint point) => goal != StrengthGoal.Accuracy && Math.Abs(Cost(point) - limit) <= Tolerance * limit;
    }

    private static void Check(StrengthMeter meter, StrengthGoal goal, double target, float largest)
    {
        if (!(largest > 0 && float.IsFinite(largest)))
        {
            throw new SteeringException($"{largest} was given as the largest strength; expected a number above 0.");
        }

        var problem = goal switch
        {
            StrengthGoal.Accuracy when !(target is > 0 and < 1) => "expected a share between 0 and 1, as in 0.99",
            StrengthGoal.Accuracy when meter.Unsteered.Accuracy == 0 => "the model predicts no token of these texts even without the policy; give text of the kind it knows",
            StrengthGoal.Loss when !(target > meter.Unsteered.Loss && double.IsFinite(target)) => $"the loss without the policy is {meter.Unsteered.Loss:F4} nats a token already; ask for more",
            StrengthGoal.Divergence when !(target > 0 && double.IsFinite(target)) => "expected a number of nats above 0",
            _ => null,
        };
        if (problem is not null)
        {
            throw new SteeringException($"{target:G6} was given as the {Name(goal)}: {problem}.");
        }
    }

    private static string Name(StrengthGoal goal) => goal switch
    {
        StrengthGoal.Divergence => "divergence",
        StrengthGoal.Loss => "loss",
        _ => "accuracy to keep",
    };
}

/// <summary>What a policy does to a model's predictions at one strength.</summary>
/// <param name="Strength">The strength; 1 is the policy as it was written.</param>
/// <param name="Divergence">Mean KL(unsteered ‖ steered) of the token after each text, in nats.</param>
/// <param name="Loss">Mean loss of the texts' tokens under the steered model, in nats a token.</param>
/// <param name="Accuracy">Share of the texts' tokens that are the steered model's likeliest.</param>
public sealed record StrengthPoint(float Strength, double Divergence, double Loss, double Accuracy);

/// <summary>What a strength is chosen by.</summary>
public enum StrengthGoal
{
    /// <summary>
    /// The mean KL(unsteered ‖ steered) of the next token reaches a number of nats: the fair ground on which methods are
    /// compared (Shafran et al., arXiv 2506.10920).
    /// </summary>
    Divergence,

    /// <summary>The loss of the texts reaches a number of nats a token (Chalnev et al., arXiv 2411.02193).</summary>
    Loss,

    /// <summary>The largest strength at which the accuracy of the next token stays above a share of the unsteered model's.</summary>
    Accuracy,
}
