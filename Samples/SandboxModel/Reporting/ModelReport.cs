namespace SandboxModel.Reporting;

/// <summary>The quality of a sandbox model on held-out documents.</summary>
/// <param name="Model">The folder that was measured.</param>
/// <param name="Seed">Of documents and replies.</param>
/// <param name="Temperature">With which replies were drawn.</param>
/// <param name="Loss">Next-token loss.</param>
/// <param name="WellFormed">Replies that the grammar could have written.</param>
/// <param name="Facts">Replies to a question after a stated fact that name it as it was stated.</param>
/// <param name="Registers">Replies in the register that the system message asks for, by register, then all.</param>
/// <param name="Rude">Rude replies by how the user spoke, without a system message.</param>
/// <param name="RudeThoughPolite">Rude replies by how the user spoke, where the system message asks for politeness.</param>
/// <param name="Arithmetic">Word problems: right answers of all replies, of those with a reflection and of those without, and calculations that hold.</param>
internal sealed record ModelReport(
    string Model,
    long Seed,
    float Temperature,
    LossFigures Loss,
    ComparedRate WellFormed,
    ComparedRate Facts,
    IReadOnlyList<ComparedRate> Registers,
    IReadOnlyList<ComparedRate> Rude,
    IReadOnlyList<ComparedRate> RudeThoughPolite,
    IReadOnlyList<ComparedRate> Arithmetic);
