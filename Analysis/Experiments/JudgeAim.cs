namespace Steering.Analysis.Experiments;

/// <summary>What the policies are meant to do with the rate of a judge.</summary>
public enum JudgeAim
{
    /// <summary>Lower it.</summary>
    Lower,

    /// <summary>Raise it.</summary>
    Raise,

    /// <summary>Keep it up: the judge counts something good that must not suffer, as well-formed replies.</summary>
    Keep,
}
