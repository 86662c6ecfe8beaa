namespace Steering.Sandbox;

/// <summary>One step of a reply and what is known of it.</summary>
/// <param name="Kind">What the step does.</param>
/// <param name="Value">The number the step arrives at; null for <see cref="StepKind.Remark"/>.</param>
/// <param name="Holds">Whether every equation in the step is arithmetically true; true where there is none.</param>
/// <param name="Correct">
/// Whether <paramref name="Value"/> is what the problem has at this stage and <paramref name="Holds"/>; null where there is
/// no value or no problem. A sound step after an unrepaired mistake holds and is not correct; so does the wrong operation.
/// </param>
public sealed record ReplyStep(StepKind Kind, int? Value, bool Holds, bool? Correct);

/// <summary>What one step of a reply does. Steps are separated by blank lines.</summary>
public enum StepKind
{
    /// <summary>Says something without a number: an opening, an answer in small talk.</summary>
    Remark,

    /// <summary>Writes down what is given.</summary>
    Setup,

    /// <summary>Calculates the next value.</summary>
    Compute,

    /// <summary>Looks again at the step before ("Wait, let me check …").</summary>
    Reflection,

    /// <summary>Leaves the path and gets to the value in another way ("Another way: …").</summary>
    Backtrack,

    /// <summary>States the answer in a line that can be checked ("Answer: …").</summary>
    Final,
}
