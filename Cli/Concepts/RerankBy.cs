namespace Steering.Cli.Concepts;

/// <summary>By what candidates are put into a second order.</summary>
internal enum RerankBy
{
    /// <summary>Output score.</summary>
    OutputScore,

    /// <summary>Change of token confidence.</summary>
    TokenConfidence,
}
