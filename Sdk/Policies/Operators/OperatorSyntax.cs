using System.Globalization;

namespace Steering.Policies.Operators;

/// <summary>How the JSON of a policy writes one operator.</summary>
/// <param name="Word">Its name.</param>
/// <param name="Fields">The fields of an intervention that are its own.</param>
/// <param name="Takes">What it takes, as half of the sentence that refuses another operator's field.</param>
/// <param name="Read">Reads it from the intervention that names it; null when what was noted leaves nothing to build.</param>
internal sealed record OperatorSyntax(string Word, IReadOnlyList<string> Fields, string Takes, Func<PolicyElement, SteeringOperator?> Read)
{
    /// <summary>The objects within its fields: the name of each in the schema's definitions, and its fields.</summary>
    public IReadOnlyList<(string Definition, string[] Fields)> Objects { get; init; } = [];
}

/// <summary>An operator's numbers while they are checked.</summary>
/// <param name="Target">What is edited.</param>
/// <param name="Path">Where the numbers stand.</param>
/// <param name="Problems">Where problems are noted.</param>
internal readonly record struct OperatorCheck(InterventionTarget Target, string Path, ProblemList Problems)
{
    /// <summary>Number of features; 0 for a direction.</summary>
    public int Features => Target is FeatureTarget target ? target.Features.Count : 0;

    /// <summary>The numbers of a field.</summary>
    public OperatorCheck At(string field) => this with { Path = $"{Path}.{field}" };

    /// <summary>Notes a problem here unless the condition holds.</summary>
    public void Require(bool condition, FormattableString sentence)
    {
        if (!condition)
        {
            Problems.Add(Path, sentence.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Notes a number that is not finite.</summary>
    public void RequireFinite(float number) => Require(float.IsFinite(number), $"{number} is not a finite number.");
}
