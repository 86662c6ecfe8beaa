namespace Steering.Sandbox;

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
