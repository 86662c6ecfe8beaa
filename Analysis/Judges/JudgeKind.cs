namespace Steering.Analysis.Judges;

/// <summary>A kind of judge that an experiment file can ask for: <c>{"name": "rude", "kind": "words", …}</c>.</summary>
/// <param name="Name">The word in the field <c>kind</c>.</param>
/// <param name="Fields">The fields that it takes beside those that every judge has (<see cref="CommonFields"/>).</param>
/// <param name="Create">Makes the judge. Throws a <see cref="SteeringException"/> where the settings cannot be.</param>
public sealed record JudgeKind(string Name, IReadOnlyList<string> Fields, Func<JudgeSettings, IReplyJudge> Create)
{
    /// <summary>The fields that every judge has.</summary>
    public static IReadOnlyList<string> CommonFields { get; } = ["name", "kind", "aim", "threshold"];
}
