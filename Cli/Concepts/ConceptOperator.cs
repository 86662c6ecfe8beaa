namespace Steering.Cli.Concepts;

/// <summary>What <c>steer concept select</c> writes into a policy.</summary>
internal enum ConceptOperator
{
    Attenuate,
    RangeMask,
    Dampen,
    FullMask,
    Ablate,
}
