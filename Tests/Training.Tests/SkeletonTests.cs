namespace Steering.Tests.Training;

[TestClass]
public sealed class SkeletonTests
{
    [TestMethod]
    public void Training_Assembly_IsReferenced() => Assert.AreEqual("Steering.Training", typeof(Steering.Training.Activations.IActivationSource).Assembly.GetName().Name);
}
