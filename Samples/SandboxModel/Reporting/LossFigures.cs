namespace SandboxModel.Reporting;

/// <summary>What the model loses on held-out documents, beside what their generator's choices cost.</summary>
/// <param name="Documents">Documents read.</param>
/// <param name="Tokens">Tokens predicted: all but the first of each document, and the end of the document where the tokenizer has a token for it.</param>
/// <param name="NatsPerToken">Mean next-token loss.</param>
/// <param name="GeneratorNatsPerToken">−ln of the probability of the generator's choices, over the same tokens: what a perfect model would lose, or a little more.</param>
/// <param name="ExcessLow">Lower limit of the 95 % interval of the difference of the two, bootstrapped over documents.</param>
/// <param name="ExcessHigh">Upper limit.</param>
internal sealed record LossFigures(int Documents, long Tokens, double NatsPerToken, double GeneratorNatsPerToken, double ExcessLow, double ExcessHigh)
{
    public double Excess => NatsPerToken - GeneratorNatsPerToken;
}
