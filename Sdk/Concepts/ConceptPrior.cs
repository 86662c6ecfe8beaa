namespace Steering.Concepts;

/// <summary>How probable a concept is before the activation is seen.</summary>
public enum ConceptPrior
{
    /// <summary>Every concept alike: 1/C.</summary>
    Uniform,

    /// <summary>In proportion to the observations of each concept.</summary>
    Counted,
}
